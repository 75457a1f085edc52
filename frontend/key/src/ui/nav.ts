/** The screens one after another. The address stays "/" throughout; the browser's Back goes back one screen. */

export type Screen = () => void;

/** Draws a screen. `focus` says whether the heading takes the focus: after every change of screen, not at the start. */
export type Draw = (screen: Screen, focus: boolean) => void;

export class Nav {
  private stack: Screen[] = [];
  private ignored = 0;

  constructor(
    private readonly draw: Draw,
    private readonly history: History,
  ) {}

  start(screen: Screen): void {
    this.stack = [screen];
    this.history.scrollRestoration = "manual";
    this.history.replaceState({ depth: 0 }, "", "/");
    window.addEventListener("popstate", (event: PopStateEvent) => this.popped(event));
    this.draw(screen, false);
  }

  private popped(event: PopStateEvent): void {
    if (this.ignored > 0) {
      this.ignored -= 1;
      return;
    }
    // No state: a fragment was opened in place. Whoever listens for that decides; the screens stay.
    if (event.state === null) return;
    const depth = (event.state as { depth?: number }).depth ?? 0;
    const top = this.stack.length - 1;
    if (depth < top) {
      this.stack.length = depth + 1;
      this.draw(this.stack[depth] as Screen, true);
    } else if (depth > top) {
      // Forward leads to a screen that is no more: what it held is gone on purpose.
      this.ignored += 1;
      this.history.go(top - depth);
    }
  }

  go(screen: Screen): void {
    this.stack.push(screen);
    this.history.pushState({ depth: this.stack.length - 1 }, "");
    this.draw(screen, true);
  }

  /** Puts a screen in place of the present one: there is no way back to that. */
  replace(screen: Screen): void {
    this.stack[this.stack.length - 1] = screen;
    this.draw(screen, true);
  }

  /** Begins anew with this screen: Back leaves the app. */
  root(screen: Screen): void {
    const depth = this.stack.length - 1;
    this.stack = [screen];
    if (depth > 0) {
      this.ignored += 1;
      this.history.go(-depth);
    }
    this.draw(screen, true);
  }

  /** Takes a fragment that was opened in place out of the address again, with the screens as they are. */
  clean(): void {
    this.history.replaceState({ depth: this.stack.length - 1 }, "", "/");
  }

  back(): void {
    if (this.stack.length > 1) this.history.back();
  }

  /** Draws the present screen again, for instance in another language. */
  again(focus = false): void {
    const screen = this.stack[this.stack.length - 1];
    if (screen) this.draw(screen, focus);
  }
}
