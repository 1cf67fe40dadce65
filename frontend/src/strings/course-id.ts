/** Kata-kata perjalanan suatu nilai: prakiraan jam demi jam. */
export const course = {
  band: "Pita: antara batas bawah dan batas atas.",
  zone: (zone: string) => `Jam dalam ${zone}.`,
  highest: (figure: string, at: string) => `Tertinggi ${figure}, ${at}`,
  passed: "Semua jam ini sudah lewat.",
  table: "Sebagai tabel",
  at: (zone: string) => `Waktu (${zone})`,
  value: "Nilai",
  low: "Bawah",
  high: "Atas",
  open: "Buka halamannya",
  error: (figure: string, days: string) => `Galat mutlak rata-rata 24 jam ke depan selama ${days} hari terakhir: ${figure}.`,
  plain: (persistence: string, hourOfDay: string) => `Bila nilai terakhir diulang ${persistence}, rata-rata jam itu ${hourOfDay}.`,
  held: (percent: string, n: string) => `Rentang memuat ${percent} % dari ${n} nilai.`,
  count: (n: string) => `${n} nilai`,
  linked: "Tentang hal yang sama",
};
