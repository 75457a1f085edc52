/** The stream of §6.5, read line by line: only the names of events matter. */

/** Feeds text in pieces; calls back with the name of every complete event (WHATWG HTML §9.2.6, data left aside). */
export class EventNames {
  private rest = "";
  private name = "";

  constructor(private readonly on: (name: string) => void) {}

  feed(text: string): void {
    const lines = (this.rest + text).split(/\r\n|\n|\r/);
    this.rest = lines.pop() as string;
    for (const line of lines) {
      if (line === "") {
        if (this.name) this.on(this.name);
        this.name = "";
      } else if (line.startsWith("event:")) {
        this.name = line.slice(6).trim();
      }
    }
  }
}

/** Reads until the stream ends or breaks; `alive` is called for every piece, also for the comment lines. */
export async function readEvents(
  body: ReadableStream<Uint8Array>,
  on: (name: string) => void,
  alive: () => void,
): Promise<void> {
  const names = new EventNames(on);
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    names.feed(decoder.decode(value, { stream: true }));
  }
}
