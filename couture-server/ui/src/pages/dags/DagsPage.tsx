export function Component() {
  return <main className="page">DAGs</main>;
}
