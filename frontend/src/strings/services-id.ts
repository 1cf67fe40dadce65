/** Kata-kata daftar layanan: reaksi, yang diparkir, menghentikan dan menjalankan. */
export const services = {
  title: "Layanan",
  states: { running: "berjalan", off: "dihentikan", failed: "gagal" },
  notStarted: (reason: string) => `Gagal dijalankan: ${reason}`,
  notLoaded: (from: string, reason: string) =>
    `Gagal dimuat: ${reason}. Perbaiki atau lepas paket ${from}, lalu jalankan ulang Pinisi.`,
  leftOut: (view: string, reason: string) => `Tidak ditampilkan: ${view}. ${reason}`,
  stop: "Hentikan",
  start: "Jalankan",
  startAgain: "Coba lagi",
  stopNow: "Hentikan layanan ini",
  startNow: "Jalankan layanan ini",
  stopEffect:
    "Reaksi dan sumbernya berhenti, juga setelah Pinisi dijalankan ulang. Nilai yang sudah ada tetap dan makin tua; peringatan darinya tidak datang. Layanan lain terus berjalan. Perubahan selama itu dikerjakan ketika layanan ini dijalankan lagi.",
  startEffect:
    "Reaksinya mengerjakan semua yang berubah selama berhenti, lalu mengikuti yang baru; sumber yang tadinya menyala menyala lagi. Layanan lain tidak terganggu.",
  reactionStates: { running: "berjalan", crowded: "terlalu banyak yang menunggu", failing: "ada yang gagal" },
  waiting: (n: string, since: string) => `${n} menunggu${since}`,
  since: (seconds: string) => ` (terlama ${seconds} detik)`,
  behind: (n: string) => `${n} perubahan belum dibaca`,
  runs: (n: string) => `${n} kali dijalankan`,
  parked: (n: string) => `${n} diparkir`,
  lastError: (reason: string) => `Kegagalan terakhir: ${reason}`,
  showParked: "Yang diparkir",
  wholeCity: "seluruh kota",
  because: (reason: string) => `Gagal: ${reason}`,
  tries: (n: string, first: string, last: string) => `${n} kali dicoba, dari ${first} sampai ${last}`,
  trace: "Jejak program",
  given: "Masukan",
  again: "Jalankan lagi",
  allAgain: "Jalankan lagi semuanya",
  woken: (n: string) => `${n} sedang dijalankan lagi. Yang berhasil hilang dari daftar ini.`,
};
