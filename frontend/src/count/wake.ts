/** Keeps the screen on while somebody counts, where the browser can; nothing else keeps the phone awake. */
let lock: WakeLockSentinel | null = null;

export function keepAwake(): void {
  if (!("wakeLock" in navigator) || (lock && !lock.released)) return;
  navigator.wakeLock.request("screen").then(
    (given) => (lock = given),
    () => undefined,
  );
}

export function letSleep(): void {
  void lock?.release().catch(() => undefined);
  lock = null;
}
