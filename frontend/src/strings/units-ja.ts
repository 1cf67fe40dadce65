/** 事案に出動させる部隊の言葉。 */
import type { Catalogue } from "./catalogue";

export const units: Catalogue["units"] = {
  roster: "部隊と隊員",
  title: "出動できる部隊",
  needed: (list) => `必要：${list}`,
  lacking: (list) => `出動可能な部隊なし：${list}`,
  minutes: (minutes) => `${minutes} 分`,
  chosen: "推奨",
  exercise: "訓練",
  stretched: "帰還中",
  atBase: "待機場所",
  seen: (minutes) => `位置は ${minutes} 分前`,
  tooOld: "古いため待機所からとして計算",
  send: "出動させる",
  method: (method) => `到着時間：${method}。`,
  photos: "現場写真",
  photosNote: "写真を開くたびに記録に残ります。",
  show: "写真を表示",
};
