/** Words of the data page: imports and the quarantine. */
import type { Catalogue } from "./catalogue";

export const data: Catalogue["data"] = {
  title: "データと取り込み",
  open: "データと取り込み",
  back: "計画に戻る",
  drop: "ここにファイルを置くか、選択",
  reading: "ファイルを読み込み中…",
  kinds: "CSV・GeoJSON・XLSX・NGSI-LD、シェープファイルは 1 つの zip。指示するまで何も取り込まない。",
  would: (rows, accepted, flagged, rejected, repeated) =>
    `${rows} 行：取り込み可能 ${accepted}（注記付き ${flagged}）、保留 ${rejected}、重複 ${repeated}`,
  became: (rows, accepted, flagged, rejected, repeated) =>
    `${rows} 行：取り込み ${accepted}（注記付き ${flagged}）、保留 ${rejected}、重複 ${repeated}`,
  noFault: "不備は見つからなかった。",
  row: "行",
  field: "列",
  reason: "理由",
  wholeFile: "全体",
  waits: "保留",
  allFaults: (count) => `${count} 件の不備をすべて表示`,
  mapping: "対応表（提案。確認し、誤りがあれば修正）",
  load: "取り込む",
  loading: "取り込み中",
  lookAgain: "この対応表で見直す",
  leave: "取り込まない",
  steps: { proposed: "提案", read: "読み込み中", compare: "比較中", load: "取り込み中", done: "完了", failed: "失敗" },
  waiting: "保留中の行",
  noneWaits: "保留中の行はない。",
  more: (count) => `ほかに ${count} 行が保留中。`,
  where: (file, row, field) => [file, row && `${row} 行目`, field].filter(Boolean).join("、"),
  proposed: "提案",
  correct: "読み直して取り込む",
  accept: "注記付きで取り込む",
  note: "この行を取り下げる理由",
  dismiss: "取り下げる",
  loaded: "取り込み済み",
  noneLoaded: "取り込んだファイルはまだない。",
};
