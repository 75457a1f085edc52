/** Which test of notifications has arrived (spec §6.7). Ids come by the service worker; whoever waits is told. */
const arrived = new Set<string>();
const listeners = new Set<() => void>();

export function testArrived(id: string): void {
  arrived.add(id);
  listeners.forEach((listener) => listener());
}

export function hasArrived(id: string): boolean {
  return arrived.has(id);
}

export function onTestArrived(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
