/** Kata-kata untuk unit yang dikirim ke suatu kejadian. */
export const units = {
  roster: "Unit dan regu",
  title: "Unit yang dapat dikirim",
  needed: (list: string) => `Dibutuhkan: ${list}`,
  lacking: (list: string) => `Tidak ada yang siap: ${list}`,
  minutes: (minutes: string) => `${minutes} menit`,
  chosen: "disarankan",
  exercise: "latihan",
  stretched: "sedang dalam perjalanan kembali",
  atBase: "di pangkalan",
  seen: (minutes: string) => `posisi ${minutes} menit lalu`,
  tooOld: "terlalu lama: dihitung dari posnya",
  send: "Kirim",
  method: (method: string) => `Waktu tempuh: ${method}.`,
  photos: "Foto dari lapangan",
  photosNote: "Setiap kali foto dibuka, hal itu tercatat.",
  show: "Tampilkan foto",
};
