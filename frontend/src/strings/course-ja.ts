/** 値の時間変化(時間ごとの予測)の言葉。 */
import type { Catalogue } from "./catalogue";

export const course: Catalogue["course"] = {
  band: "帯は下限から上限までの範囲です。",
  zone: (zone) => `時刻は ${zone}。`,
  highest: (figure, at) => `最高 ${figure}、${at}`,
  passed: "これらの時刻はすべて過ぎています。",
  table: "表で見る",
  at: (zone) => `時刻 (${zone})`,
  value: "値",
  low: "下限",
  high: "上限",
  open: "このページを開く",
  error: (figure, days) => `過去${days}日間の24時間先の平均絶対誤差は${figure}。`,
  plain: (persistence, hourOfDay) => `直前の値の繰り返しでは${persistence}、その時刻の平均では${hourOfDay}。`,
  held: (percent, n) => `${n}個の値の${percent}%が区間に入った。`,
  count: (n) => `${n} 個の値`,
  linked: "関連する記録",
};
