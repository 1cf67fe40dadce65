/** Kata-kata layanan mobilitas: dimuat bersama komponennya, bukan bersama konsol. */
export const id = {
  junction: {
    title: "Simpang",
  },
  signals: {
    title: "Sinyal lalu lintas",
  },
  counting: {
    title: "Pencacahan lalu lintas",
  },
  roads: {
    title: "Jaringan jalan",
  },
  buses: {
    title: "Angkutan umum",
  },
  whatif: {
    title: "Bagaimana jika",
  },
};
