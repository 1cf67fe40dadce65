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
  pages: "サービスの画面",
  unknownPart: (name: string) => `このコンソールには「${name}」の部品がまだありません。ページを再読み込みしてください。それでも表示されない場合は、コンソールの更新が必要です。`,
  partFailed: "この部分を読み込めませんでした。",
  again: "もう一度試す",
  noPage: "この都市にはこの画面がないか、サービスが停止しているか、閲覧する権限がありません。",
  presentOnly: "この部分は、表示中の過去の時点ではなく、現在の状態を示しています。",
  stale: (when: string) => `${when}に読み取った内容です。その後は読み取れていません。`,
};
