"""What people read of a run of a reaction that failed. `why` is in the words of the program, for the technician."""

from pinisi.city.text import Text

RAISED = Text("kesalahan dalam aturannya: {why}", "an error in its rule: {why}", "規則の中の誤り: {why}")
NOT_WRITTEN = Text(
    "jawabannya tidak dapat ditulis: {why}", "its answer cannot be written: {why}", "回答を書き込めない: {why}"
)
TOO_LONG = Text(
    "berjalan lebih lama dari batasnya, {seconds} detik",
    "it took longer than its limit of {seconds} seconds",
    "制限の {seconds} 秒を超えた",
)
STUCK = Text(
    "berjalan lebih lama dari batasnya, {seconds} detik, dan tidak dapat dihentikan",
    "it took longer than its limit of {seconds} seconds, and cannot be interrupted",
    "制限の {seconds} 秒を超え、中断もできない",
)
STORE_WAITS = Text("penyimpanan tidak menjawab: {why}", "the store does not answer: {why}", "保存先が応答しない: {why}")
