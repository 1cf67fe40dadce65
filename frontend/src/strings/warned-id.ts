/** Kata-kata tentang peringatan yang tampil di mana-mana; selebihnya ada di `warnings-id.ts`. */
export const warned = {
  title: "Peringatan",
  inForce: (n: string) => `${n} peringatan berlaku`,
  none: "Tidak ada peringatan yang berlaku",
  drafts: (n: string) => `${n} menunggu penerbitan`,
  toReview: (n: string) => `${n} harus diperiksa`,
  severity: { Extreme: "Ekstrem", Severe: "Parah", Moderate: "Sedang", Minor: "Ringan", Unknown: "Tingkat tidak diketahui" },
  waiting: (n: string) => `${n} menunggu`,
  give: "Beri peringatan",
  drawing: { polygon: "Klik titik-titik batas. Enter: selesai, Backspace: hapus titik, Esc: batal.", circle: "Klik titik pusat. Esc: batal.", point: "Klik satu titik. Esc: batal.", line: "Klik halte berurutan. Enter: selesai, Backspace: hapus yang terakhir, Esc: batal." },
};
