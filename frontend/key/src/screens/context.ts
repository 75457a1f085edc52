/** What every screen is given. */
import type { App } from "../app/app";
import type { Platform } from "../app/platform";
import type { Watch } from "../app/watch";
import type { Nav } from "../ui/nav";
import type { View } from "../ui/shell";

export type Context = {
  app: App;
  watch: Watch;
  nav: Nav;
  show: (view: View) => void;
  os: Platform["os"];
  platform: () => Promise<Platform>;
  /** Whether this runs as an installed app. */
  installed: boolean;
  /** Whether the browser promised to keep the store; null where it cannot be asked. */
  persisted: () => boolean | null;
  /** Asks for it once a user is on the phone. */
  persist: () => Promise<void>;
  /** True from an activation until the first login was approved or looked at: the person is led to try it (H03). */
  trial: boolean;
};
