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
    id="Panggilan berikutnya dianggap sama banyak dari setiap wilayah terkecil: jumlah penduduk belum dimuat.",
    en="The next calls are taken to come alike from each of the smallest areas: no population is loaded.",
    ja="人口が登録されていないため、次の通報は最小の区域それぞれから同じ割合で来るものとみなします。",
)
BY_PEOPLE = Text(
    id="Panggilan berikutnya dianggap sebanding dengan jumlah penduduk setiap wilayah terkecil.",
    en="The next calls are taken to come from the smallest areas in proportion to the people who live there.",
    ja="次の通報は、最小の区域それぞれの人口に比例して来るものとみなします。",
)
PEOPLE_SHARED = Text(
    id="Panggilan berikutnya dianggap sebanding dengan penduduk. Penduduk sebagian wilayah terkecil belum dimuat: "
    "jumlah wilayah di atasnya dibagi rata.",
    en="The next calls are taken to come in proportion to the people. For some of the smallest areas these are not "
    "loaded: the number of the area around them is divided alike.",
    ja="次の通報は人口に比例して来るものとみなします。人口が登録されていない区域には、それを含む区域の人口を均等に割り当てます。",
)
ROADS_TOO_OLD = Text(
    id="Waktu tempuh lewat jalan yang diketahui sudah lebih dari satu jam: tidak dipakai.",
    en="The travel times by road that are known are more than an hour old: they are not used.",
    ja="登録されている道路の所要時間は 1 時間以上前のものなので使いません。",
)
ROADS_UNUSABLE = Text(
    id="Waktu tempuh lewat jalan tidak dapat dibaca: tidak dipakai.",
    en="The travel times by road cannot be read: they are not used.",
    ja="道路の所要時間が読み取れないため使いません。",
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
