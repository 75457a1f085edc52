/** Times as people read them, in their own zone; a moment is in seconds since 1970 by the server's clock. */
import { language, t, tn } from "./index";

const two = (n: number): string => String(n).padStart(2, "0");

export function clock(seconds: number, withSeconds = false): string {
  const at = new Date(seconds * 1000);
  return `${two(at.getHours())}:${two(at.getMinutes())}${withSeconds ? `:${two(at.getSeconds())}` : ""}`;
}

export function dateAndClock(seconds: number): string {
  const at = new Date(seconds * 1000);
  if (language() === "ja") {
    const day = "日月火水木金土".charAt(at.getDay());
    return `${at.getFullYear()}年${at.getMonth() + 1}月${at.getDate()}日（${day}）${clock(seconds)}`;
  }
  const month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][at.getMonth()];
  return `${at.getDate()} ${month} ${at.getFullYear()}, ${clock(seconds)}`;
}

export function ago(seconds: number): string {
  if (seconds < 2) return t("time.now");
  return seconds < 60 ? tn("time.secondsAgo", seconds) : tn("time.minutesAgo", Math.floor(seconds / 60));
}

export function remaining(seconds: number): string {
  const left = Math.max(0, seconds);
  return left < 60 ? t("time.left.s", { s: left }) : t("time.left.ms", { m: Math.floor(left / 60), s: left % 60 });
}
