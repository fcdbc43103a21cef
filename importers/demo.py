"""The demo directory: invented centers in the format of SAMHSA's National Directory, read exactly as that is."""

from importers import samhsa_national_directory
from importers.base import Importer, Source

importer = Importer(
    Source.beside(__file__),
    samhsa_national_directory.read,
    samhsa_national_directory.parse,
    "seed_data/demo-directory.xlsx, or a workbook made like it",
)
