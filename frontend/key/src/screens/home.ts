/** Where the app stands when nothing else is asked of it. */
import type { Context } from "./context";
import { codes } from "./codes";
import { phoneEnded } from "./problem";
import { unfinished } from "./unfinished";
import { welcome } from "./welcome";

export function home(ctx: Context): void {
  if (ctx.app.waiting) unfinished(ctx);
  else if (ctx.app.phone?.ended) phoneEnded(ctx);
  else if (ctx.app.users.length) codes(ctx);
  else welcome(ctx);
}
