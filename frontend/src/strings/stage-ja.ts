/** 市の警戒段階のことば。 */
import type { Catalogue } from "./catalogue";

export const cityStage: Catalogue["cityStage"] = {
  title: "市の警戒段階",
  open: "市の警戒段階を見る",
  none: "まだ誰も段階を定めていません。",
  noStages: "この市にはまだ段階がありません。市のフォルダーに stages.toml を置いてください。",
  proposed: (level) => `規則は段階 ${level} を提案`,
  because: (reasons) => `理由：${reasons}`,
  criteria: "各段階の意味",
  choose: "定める",
  take: "段階を取り消す",
  reason: "理由（市民が読みます）",
  confirm: (level, word) => `段階 ${level}「${word}」に定める`,
  confirmNone: "取り消して未設定に戻す",
  log: "変更の記録",
  unset: "取り消し",
  wasProposed: (level) => `規則の提案は ${level}`,
  current: "現在",
  close: "閉じる",
};
