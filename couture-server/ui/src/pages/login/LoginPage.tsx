export function Component() {
  return <main className="page">Log in</main>;
}
