/** 由来の木の言葉：なぜこの数字か。 */
import type { Catalogue } from "./catalogue";

export const why: Catalogue["why"] = {
  number: "なぜこの数字か",
  value: "なぜこの値か",
  byReaction: (name, service, version, moment) => `「${name}」（サービス ${service}、規則の版 ${version}）が ${moment} について計算`,
  ruleGone: "規則はもうない。サービスが組み込まれていない。",
  byIndicator: (moment) => `${moment} の時点のデータから計算`,
  noFigure: "計算のもとになる数値がまだない。",
  byMessage: (source) => `${source} からのメッセージ（受信したまま）：`,
  address: "宛先",
  received: "受信",
  media: "形式",
  size: "大きさ",
  bytes: (n) => `${n} バイト`,
  cutOff: (size) => `${size}。初めの部分だけ保存`,
  raw: "メッセージの内容",
  written: (by, at) => (at ? `${by} が記入、${at}` : `${by} が記入`),
  from: "計算のもと",
  window: (n, since, until) => `${since} から ${until} までの ${n} 個の値`,
  newest: (n) => `そのうち最新の ${n} 個`,
  unnamed: (n) => `ほかに ${n} 個の値`,
  hidden: (n) => `閲覧できない入力が ${n} 個ある。`,
  cut: "まだ続くが、ここまでを表示。",
  nothing: "この値の由来は保存されていない。",
};
