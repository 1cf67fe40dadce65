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
  count: (n: string) => `${n} nilai`,
  linked: "Tentang hal yang sama",
};
