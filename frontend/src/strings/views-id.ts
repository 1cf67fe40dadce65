/** Kata-kata tentang yang ditampilkan layanan: bagian laporan, grafik tempat. */
export const views = {
  others: "Fakta lain",
  before: "Bulan sebelumnya",
  after: "Bulan berikutnya",
  name: "Nama",
  noRows: (month: string) => `Tidak ada yang tercatat untuk ${month}.`,
  cut: "Terlalu banyak untuk satu laporan: sebagian tidak ditampilkan.",
  failed: "Bagian ini tidak dapat dibaca sekarang; yang tampil adalah bacaan terakhir.",
  lastHours: (n: string) => `${n} jam terakhir`,
  fewValues: (n: string) => `${n} nilai dalam waktu ini: belum cukup untuk grafik.`,
  range: (n: string, least: string, most: string) => `${n} nilai, antara ${least} dan ${most}`,
  numbers: "Angka layanan ini",
};
