/** How long somebody has been waiting, as a clock shows it: "0:07", "12:40", "1:02:05". */
export function waited(fromIso: string, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(fromIso)) / 1000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (part: number) => String(part).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export function secondsSince(fromIso: string, now: Date): number {
  return (now.getTime() - Date.parse(fromIso)) / 1000;
}
