/** What the panel of an exercise says: loaded with it, only where an exercise runs. */
import type { Language } from "../api/types";

export interface ExerciseWords {
  title: string;
  states: Record<"ready" | "running" | "paused" | "over", string>;
  start: string;
  pause: string;
  next: string;
  end: string;
  endAgain: string;
  report: string;
  caller: string;
  says: string;
  read: string;
  waits: string;
  elapsed: (gone: string, length: string) => string;
  speed: (speed: string) => string;
  score: (met: string, failed: string, waiting: string) => string;
  noticed: (seconds: string, by: string) => string;
  notNoticed: string;
  coming: (minute: string) => string;
  within: (time: string) => string;
  seconds: (seconds: string) => string;
  minutes: (minutes: string) => string;
  outcome: Record<"met" | "late" | "wrong" | "waiting" | "missed", string>;
  what: Record<string, string>;
  real: string;
  invented: string;
}

const id: ExerciseWords = {
  title: "Latihan",
  states: { ready: "belum dimulai", running: "berjalan", paused: "dijeda", over: "selesai" },
  start: "Mulai",
  pause: "Jeda",
  next: "Kejadian berikut",
  end: "Akhiri",
  endAgain: "Akhiri sekarang?",
  report: "Laporan",
  caller: "Penelepon",
  says: "Yang dikatakan penelepon",
  read: "Baca seolah-olah didengar lewat telepon.",
  waits: "Menunggu pengendali memulai.",
  elapsed: (gone, length) => `${gone} dari ${length}`,
  speed: (speed) => `naskah ${speed} kali lebih cepat`,
  score: (met, failed, waiting) => `${met} terpenuhi, ${failed} tidak, ${waiting} masih ada waktu`,
  noticed: (seconds, by) => `diperhatikan setelah ${seconds} dtk oleh ${by}`,
  notNoticed: "belum diperhatikan",
  coming: (minute) => `menit ${minute}`,
  within: (time) => `dalam ${time}`,
  seconds: (seconds) => `${seconds} dtk`,
  minutes: (minutes) => `${minutes} mnt`,
  outcome: { met: "terpenuhi", late: "terlambat", wrong: "keliru", waiting: "masih ada waktu", missed: "tidak dikerjakan" },
  what: {
    answered: "dijawab",
    acknowledged: "diambil",
    triaged: "dipilah",
    procedure: "prosedur",
    dispatched: "dikirim",
    "on-scene": "tiba",
    resolved: "ditangani",
    verified: "diverifikasi",
    "caller-answered": "penelepon dijawab",
    closed: "diselesaikan",
    kind: "macam panggilan",
    category: "jenis",
    place: "tempat",
    joins: "digabung",
  },
  real: "Nyata",
  invented: "Rekaan",
};

const en: ExerciseWords = {
  title: "Exercise",
  states: { ready: "not begun", running: "runs", paused: "paused", over: "over" },
  start: "Start",
  pause: "Pause",
  next: "Next inject",
  end: "End",
  endAgain: "End it now?",
  report: "Report",
  caller: "Caller",
  says: "What the caller says",
  read: "Read it as if you heard it on the telephone.",
  waits: "Waits for whoever leads it.",
  elapsed: (gone, length) => `${gone} of ${length}`,
  speed: (speed) => `script ${speed} times as fast`,
  score: (met, failed, waiting) => `${met} met, ${failed} not, ${waiting} still have time`,
  noticed: (seconds, by) => `noticed after ${seconds} s by ${by}`,
  notNoticed: "not noticed yet",
  coming: (minute) => `minute ${minute}`,
  within: (time) => `within ${time}`,
  seconds: (seconds) => `${seconds} s`,
  minutes: (minutes) => `${minutes} min`,
  outcome: { met: "met", late: "late", wrong: "wrong", waiting: "still time", missed: "not done" },
  what: {
    answered: "answered",
    acknowledged: "taken",
    triaged: "triaged",
    procedure: "procedure",
    dispatched: "dispatched",
    "on-scene": "on scene",
    resolved: "resolved",
    verified: "verified",
    "caller-answered": "caller answered",
    closed: "closed",
    kind: "kind of call",
    category: "category",
    place: "place",
    joins: "joined",
  },
  real: "Real",
  invented: "Invented",
};

const ja: ExerciseWords = {
  title: "訓練",
  states: { ready: "開始前", running: "進行中", paused: "一時停止", over: "終了" },
  start: "開始",
  pause: "一時停止",
  next: "次の付与",
  end: "終了する",
  endAgain: "終了しますか？",
  report: "報告書",
  caller: "通報者",
  says: "通報者の言葉",
  read: "電話で聞いたつもりで読んでください。",
  waits: "統制者の開始を待っています。",
  elapsed: (gone, length) => `${gone} / ${length}`,
  speed: (speed) => `シナリオ ${speed} 倍速`,
  score: (met, failed, waiting) => `達成 ${met}、未達 ${failed}、時間内 ${waiting}`,
  noticed: (seconds, by) => `${seconds} 秒後に ${by} が気づく`,
  notNoticed: "まだ気づかれていない",
  coming: (minute) => `${minute} 分`,
  within: (time) => `${time} 以内`,
  seconds: (seconds) => `${seconds} 秒`,
  minutes: (minutes) => `${minutes} 分`,
  outcome: { met: "達成", late: "遅延", wrong: "誤り", waiting: "時間内", missed: "未実施" },
  what: {
    answered: "応答",
    acknowledged: "引受",
    triaged: "トリアージ",
    procedure: "手順",
    dispatched: "派遣",
    "on-scene": "現場到着",
    resolved: "対応完了",
    verified: "確認",
    "caller-answered": "通報者への回答",
    closed: "完了",
    kind: "通報の種類",
    category: "種別",
    place: "場所",
    joins: "統合",
  },
  real: "事実",
  invented: "創作",
};

export const EXERCISE_WORDS: Record<Language, ExerciseWords> = { id, en, ja };
