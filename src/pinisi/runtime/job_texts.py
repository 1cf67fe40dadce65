"""What people read of a job: why it did not come to a result."""

from pinisi.city.text import Text

GONE = Text(
    "Layanan yang menjalankannya tidak ada lagi",
    "The service that runs it is no longer there",
    "実行するサービスがなくなった",
)
INTERRUPTED = Text(
    "Server berhenti saat pekerjaan berjalan; mulai lagi bila masih perlu",
    "The server stopped while it ran; start it again if it is still needed",
    "実行中にサーバーが停止した。必要なら再実行する",
)
TOO_OFTEN = Text(
    "Sudah dimulai {times} kali dan setiap kali server berhenti",
    "It was begun {times} times, and each time the server stopped",
    "{times} 回開始し、そのたびにサーバーが停止した",
)
NO_PROCESS = Text(
    "Proses tidak dapat dimulai: {why}", "No process could be started for it: {why}", "プロセスを開始できない: {why}"
)
UNEXPECTED = Text("Berakhir tak terduga: {why}", "It ended unexpectedly: {why}", "予期せず終了した: {why}")
BAD_RESULT = Text(
    "Hasilnya tidak dapat disimpan: {why}", "Its result cannot be kept: {why}", "結果を保存できない: {why}"
)
