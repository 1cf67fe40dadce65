/** サービスが示すものの言葉：報告の章、場所のグラフ。 */
import type { Catalogue } from "./catalogue";

export const views: Catalogue["views"] = {
  others: "その他の事実",
  before: "前の月",
  after: "次の月",
  name: "名称",
  noRows: (month) => `${month} の記録はない。`,
  cut: "一つの報告には多すぎるため、一部を省いた。",
  failed: "この章は今読めない。最後に読んだ内容を表示している。",
  lastHours: (n) => `直近 ${n} 時間`,
  fewValues: (n) => `この間の値は ${n} 個で、グラフにするには足りない。`,
  range: (n, least, most) => `${n} 個の値、${least} から ${most} まで`,
  numbers: "このサービスの数値",
};
