/** どの画面にも出る警報の言葉。ほかは `warnings-ja.ts` にある。 */
import type { Catalogue } from "./catalogue";

export const warned: Catalogue["warned"] = {
  title: "警報",
  inForce: (n) => `発表中の警報 ${n} 件`,
  none: "発表中の警報はありません",
  drafts: (n) => `発表待ち ${n} 件`,
  toReview: (n) => `要点検 ${n} 件`,
  severity: { Extreme: "極めて重大", Severe: "重大", Moderate: "中程度", Minor: "軽度", Unknown: "程度不明" },
  waiting: (n) => `${n} 件待ち`,
  give: "警報を出す",
  drawing: { polygon: "境界の点をクリック。Enter：完了、Backspace：直前の点を消す、Esc：中止。", circle: "中心をクリック。Esc：中止。", point: "地点をクリック。Esc：中止。", line: "停留所を順にクリック。Enter：完了、Backspace：直前を消す、Esc：中止。" },
};
