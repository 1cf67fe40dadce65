/** サービス一覧の言葉：反応、保留、停止と開始。 */
import type { Catalogue } from "./catalogue";

export const services: Catalogue["services"] = {
  title: "サービス",
  states: { running: "動作中", off: "停止中", failed: "失敗" },
  notStarted: (reason) => `開始できない：${reason}`,
  notLoaded: (from, reason) => `読み込めない：${reason}。パッケージ ${from} を直すか外して、Pinisi を再起動する。`,
  leftOut: (view, reason) => `表示していないもの：${view}（${reason}）`,
  jobFault: (job, reason) => `計算「${job}」は計算内容を決められなかった：${reason}`,
  stop: "停止",
  start: "開始",
  startAgain: "もう一度試す",
  stopNow: "このサービスを停止する",
  startNow: "このサービスを開始する",
  stopEffect:
    "反応とデータ源が止まり、Pinisi を再起動しても止まったままになる。今ある値は残るが古くなり、そこからの警報は出ない。ほかのサービスは続く。その間の変化は、再び開始したときに処理する。",
  startEffect:
    "止まっていた間の変化をすべて処理し、その後は新しい変化に従う。入っていたデータ源は再び入る。ほかのサービスには影響しない。",
  reactionStates: { running: "動作中", crowded: "待ちが多すぎる", failing: "失敗あり" },
  waiting: (n, since) => `待ち ${n}${since}`,
  since: (seconds) => `（最長 ${seconds} 秒）`,
  behind: (n) => `未読の変化 ${n}`,
  runs: (n) => `実行 ${n} 回`,
  parked: (n) => `保留 ${n}`,
  lastError: (reason) => `最後の失敗：${reason}`,
  showParked: "保留中のもの",
  wholeCity: "市全体",
  because: (reason) => `失敗の理由：${reason}`,
  tries: (n, first, last) => `${first} から ${last} まで ${n} 回試行`,
  trace: "プログラムの記録",
  given: "入力",
  again: "もう一度実行",
  allAgain: "すべてもう一度実行",
  woken: (n) => `${n} 件をもう一度実行中。成功したものはこの一覧から消える。`,
};
