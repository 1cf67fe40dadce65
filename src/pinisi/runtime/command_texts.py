"""What people read of a command: why it was refused, what became of it."""

from pinisi.city.text import Text

SHADOW = Text(
    "Hanya dicoba: semua diperiksa, tidak ada yang dijalankan",
    "Only tried: everything was checked, nothing was carried out",
    "試行のみ: すべて確認したが、実行はしていない",
)
FIRST_MAY_NOT = Text(
    "Yang memberi perintah tidak lagi berwenang",
    "Whoever gave the command may no longer give it",
    "命令した人はもう権限を持っていない",
)
DECLINED = Text("Ditolak orang kedua: {note}", "The second person said no: {note}", "二人目が拒否した: {note}")
WITHDRAWN = Text("Ditarik kembali: {note}", "Taken back: {note}", "取り下げた: {note}")
SETTLED = Text("Menurut petugas: {note}", "By a person's word: {note}", "担当者の確認: {note}")
EXPIRED = Text(
    "Tidak ada orang kedua yang menyetujui tepat waktu",
    "No second person approved it in time",
    "時間内に二人目の承認がなかった",
)
NO_ANSWER = Text(
    "Tidak ada jawaban dalam {seconds} detik; tidak diketahui apakah dijalankan. Periksa di tempat",
    "No answer within {seconds} seconds; whether it was carried out is not known. Look on site",
    "{seconds} 秒以内に応答がない。実行されたかは不明。現場で確認する",
)
NO_CLEAR_ANSWER = Text(
    "Tidak ada jawaban yang jelas ({why}); tidak diketahui apakah dijalankan. Periksa di tempat",
    "No clear answer ({why}); whether it was carried out is not known. Look on site",
    "明確な応答がない（{why}）。実行されたかは不明。現場で確認する",
)
CUT_OFF = Text(
    "Server berhenti saat perintah dijalankan; tidak diketahui apakah sampai. Periksa di tempat",
    "The server stopped while it was carried out; whether it arrived is not known. Look on site",
    "実行中にサーバーが停止した。届いたかは不明。現場で確認する",
)
NOT_KEPT = Text(
    "Sudah dijalankan, tetapi jawabannya tidak dapat disimpan: {why}",
    "It was carried out, but the answer to it cannot be kept: {why}",
    "実行したが、応答を保存できない: {why}",
)
