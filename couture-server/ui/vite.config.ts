import { defineConfig } from "vite";

// The page is served by the server under its own address; in development the server stands behind Vite.
const server = process.env.COUTURE_SERVER ?? "http://127.0.0.1:8080";

const proxy = Object.fromEntries(
  ["/api", "/auth", "/openapi.json"].map((path) => [path, { target: server, changeOrigin: false }]),
);

export default defineConfig({
  build: {
    target: "es2022",
    // A data: address or an inline script would be refused by the server's content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      checks: { pluginTimings: false },
      // "use client" says nothing to a page without server components.
      onwarn: (warning, warn) => {
        if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
      },
    },
  },
  server: { proxy },
  preview: { proxy },
});
