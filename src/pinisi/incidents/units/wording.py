"""What is said of a recommendation, in the words of those who decide."""

from pinisi.city.text import Text
from pinisi.incidents.units.recommendation import AWAY_S, CALLS_A_DAY

NO_UNITS = Text(
    id="Kota ini belum punya daftar unit. Impor units.csv lewat POST /pinisi/v1/units/import "
    "(kolom: code, name, agency, capabilities, longitude, latitude).",
    en="This city has no roster of units yet. Import a units.csv by POST /pinisi/v1/units/import "
    "(columns: code, name, agency, capabilities, longitude, latitude).",
    ja="この市にはまだ部隊の名簿がありません。POST /pinisi/v1/units/import で units.csv を取り込みます"
    "（列：code, name, agency, capabilities, longitude, latitude）。",
)
NO_PLACE = Text(
    id="Kejadian ini tidak punya titik di peta: waktu tempuh tidak dapat dihitung.",
    en="This incident has no point on the map: travel times cannot be told.",
    ja="この事案には地図上の位置がないため、到着時間を計算できません。",
)
HOW_IT_IS_FOUND = Text(
    id=f"Waktu tempuh ditambah keterlambatan panggilan berikutnya selama unit pergi ({AWAY_S / 60:g} menit, "
    f"{CALLS_A_DAY:g} panggilan sehari: bawaan Pinisi). Petugas yang memutuskan.",
    en=f"Travel time plus the delay that the next calls are expected to suffer while the unit is away "
    f"({AWAY_S / 60:g} minutes, {CALLS_A_DAY:g} calls a day: defaults of Pinisi). The dispatcher decides.",
    ja=f"到着時間に、部隊が不在の間（{AWAY_S / 60:g} 分、1 日 {CALLS_A_DAY:g} 件：Pinisi の既定値）に次の通報が"
    "被る遅れの見込みを加えたもの。決めるのは指令員です。",
)
EACH_ALIKE = Text(
    id="Panggilan berikutnya dianggap sama banyak dari setiap wilayah terkecil, sampai panggilan kota dihitung.",
    en="The next calls are taken to come alike from each of the smallest areas, until the city's calls are counted.",
    ja="次の通報は、市の通報数が集計されるまで、最小の区域それぞれから同じ割合で来るものとみなします。",
)
_NO_LOSS = Text(
    id="Tidak ada wilayah yang menunggu lebih lama.",
    en="No area waits longer for help.",
    ja="待ち時間が延びる区域はありません。",
)


def cover_text(uncovered: tuple[str, float] | None) -> Text:
    """What is left uncovered: the place that suffers most, and how much later help would come there."""
    if uncovered is None:
        return _NO_LOSS
    place, seconds = uncovered
    minutes = max(1, round(seconds / 60))
    return Text(
        id=f"{place} menunggu sampai {minutes} menit lebih lama.",
        en=f"{place} would wait up to {minutes} min longer.",
        ja=f"{place} では到着が最大 {minutes} 分遅くなります。",
    )
