import { api } from "../../api/client";
import { toast } from "../../parts/toast";

/** Tries a connection, saved or not, and says what came of it. */
export async function testConnection(body: Record<string, unknown>): Promise<void> {
  const name = String(body.connection_id || "the connection");
  try {
    const answer = await api.post<{ status: boolean; message: string }>("/connections/test", body);
    if (answer.status) toast.done(`${name} works: ${answer.message}`);
    else toast.error(`${name} does not work: ${answer.message}`);
  } catch (error) {
    toast.error(`could not test ${name}`, error);
  }
}
