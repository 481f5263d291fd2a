"""Genetic variants."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="GENETIC_VARIANT",
    summary="Reference number of a genetic variant (dbSNP) or its HGVS name, next to a word like genotype.",
    source="NCBI dbSNP, 'rs numbers'; HGVS nomenclature 21.0, 'Substitution'; GDPR articles 4(13) and 9",
    patterns=(
        Pattern(name="dbSNP", regex=r"rs\d{4,10}", score=0.4, needs_context=True, ignore_case=True),
        Pattern(
            name="HGVS",
            regex=r"(?:NM_\d{6,9}\.\d{1,2}:)?c\.\d{1,6}(?:[+-]\d{1,4})?[ACGT]>[ACGT]",
            score=0.4,
            needs_context=True,
        ),
    ),
    context=(
        "genotype", "genetic", "genetic test", "genetic result", "snp", "dbsnp", "variant",
        "mutation", "allele", "carrier", "23andme", "dna test", "genome", "homozygous",
        "heterozygous",
    ),
    examples=("genotype «rs1801133» TT", "carrier of the variant «NM_000546.6:c.215C>G»", "SNP «rs0000000»"),
    non_examples=("the port rs4850 is serial", "variant rs12 of the part", "genotype of 1801133 people"),
)  # fmt: skip
