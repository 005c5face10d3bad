import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "react-router/dom";
import { ApiError, setCsrfToken, whenSignedOut } from "../api/client";
import { meQuery } from "../api/session";
import { ConfirmHost } from "../parts/confirm";
import { Toasts } from "../parts/toast";
import { router } from "./routes";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // The live stream says when something changed; this bounds what it does not tell of.
      staleTime: 30_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) =>
        failures < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
    },
  },
});

whenSignedOut(() => {
  setCsrfToken(null);
  client.setQueryData(meQuery.queryKey, null);
});

export function Root() {
  return (
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
      <ConfirmHost />
      <Toasts />
    </QueryClientProvider>
  );
}
