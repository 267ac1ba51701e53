/*
 * Names and SMARTS patterns are those of RDKit's FragmentDescriptors.csv (release 2026.09.1, the 85 `fr_*` descriptors; "=" and "-" of
 * a name become "_", as in Python), used under the BSD 3-clause licence that lies beside this file as LICENSE-RDKit.txt:
 * Copyright (C) 2002 Rational Discovery LLC. The explanations are this package's own.
 */

export interface FragmentPattern {
  readonly name: string;
  readonly smarts: string;
  readonly describe: string;
}

const pattern = (name: string, smarts: string, describe: string): FragmentPattern => ({
  name,
  smarts,
  describe,
});

/** The 85 functional groups and ring systems that RDKit counts as `fr_*`. */
export const FRAGMENT_PATTERNS: readonly FragmentPattern[] = [
  pattern("fr_C_O", "[CX3]=[OX1]", "Carbonyl oxygens, those of acids, esters and amides included."),
  pattern("fr_C_O_noCOO", "[C!$(C-[OH])]=O", "Carbonyl oxygens other than those of carboxylic acids."),
  pattern(
    "fr_Al_OH",
    "[C!$(C=O)]-[OH]",
    "Hydroxyl groups on aliphatic carbon, without those of carboxylic acids.",
  ),
  pattern("fr_Ar_OH", "c[OH1]", "Hydroxyl groups on aromatic carbon."),
  pattern("fr_methoxy", "[OX2](-[#6])-[CH3]", "Methoxy groups, OCH3 on carbon."),
  pattern("fr_oxime", "[CX3]=[NX2]-[OX2]", "Oxime groups, C=N-O."),
  pattern("fr_ester", "[#6][CX3](=O)[OX2H0][#6]", "Ester groups."),
  pattern("fr_Al_COO", "C-C(=O)[O;H1,-]", "Carboxylic acids or carboxylates on aliphatic carbon."),
  pattern("fr_Ar_COO", "c-C(=O)[O;H1,-]", "Carboxylic acids or carboxylates on aromatic carbon."),
  pattern("fr_COO", "[#6]C(=O)[O;H,-1]", "Carboxylic acids or carboxylates on any carbon."),
  pattern(
    "fr_COO2",
    "[CX3](=O)[OX1H0-,OX2H1]",
    "Carboxylic acids or carboxylates by a second pattern, which also counts carbonic ones.",
  ),
  pattern("fr_ketone", "[#6][CX3](=O)[#6]", "Ketones."),
  pattern(
    "fr_ether",
    "[OD2]([#6])[#6]",
    "Oxygens between two carbons, those of esters and phenoxy groups included.",
  ),
  pattern("fr_phenol", "[OX2H]-c1ccccc1", "Phenols."),
  pattern("fr_aldehyde", "[CX3H1](=O)[#6]", "Aldehydes."),
  pattern("fr_quatN", "[$([NX4+]),$([NX4]=*)]", "Quaternary nitrogens."),
  pattern("fr_NH2", "[NH2,nH2]", "Nitrogens with two hydrogens, as in primary amines and amides."),
  pattern("fr_NH1", "[NH1,nH1]", "Nitrogens with one hydrogen, aromatic ones included."),
  pattern("fr_NH0", "[NH0,nH0]", "Nitrogens without hydrogen, aromatic ones included."),
  pattern("fr_Ar_N", "n", "Aromatic nitrogens."),
  pattern("fr_Ar_NH", "[nH]", "Aromatic nitrogens with a hydrogen, as in pyrrole."),
  pattern("fr_aniline", "c-[NX3;!$(N=*)]", "Amino nitrogens on an aromatic carbon."),
  pattern("fr_Imine", "[Nv3](=C)-[#6]", "Imines, C=N on carbon."),
  pattern("fr_nitrile", "[NX1]#[CX2]", "Nitrile groups."),
  pattern("fr_hdrzine", "[NX3]-[NX3]", "Hydrazine groups, N-N single bonds."),
  pattern("fr_hdrzone", "C=N-[NX3]", "Hydrazone groups, C=N-N."),
  pattern("fr_nitroso", "[N!$(N-O)]=O", "Nitroso groups."),
  pattern("fr_N_O", "[N!$(N=O)](-O)-C", "Hydroxylamine groups, N-O single bonds."),
  pattern("fr_nitro", "[$([NX3](=O)=O),$([NX3+](=O)[O-])][!#8]", "Nitro groups."),
  pattern("fr_azo", "[#6]-N=N-[#6]", "Azo groups, N=N between two carbons."),
  pattern("fr_diazo", "[N+]#N", "Diazo groups."),
  pattern("fr_azide", "[$(*-[NX2-]-[NX2+]#[NX1]),$(*-[NX2]=[NX2+]=[NX1-])]", "Azide groups."),
  pattern("fr_amide", "C(=O)-N", "Amide bonds of any kind."),
  pattern("fr_priamide", "C(=O)-[NH2]", "Primary amides, C(=O)NH2."),
  pattern("fr_amidine", "C(=N)(-N)-[!#7]", "Amidine groups."),
  pattern("fr_guanido", "C(=N)(N)N", "Guanidine groups."),
  pattern("fr_Nhpyrrole", "[nH]", "Nitrogens with a hydrogen as in pyrrole, by a second pattern."),
  pattern("fr_imide", "N(-C(=O))-C=O", "Imide groups, a nitrogen between two carbonyls."),
  pattern("fr_isocyan", "N=C=O", "Isocyanates."),
  pattern("fr_isothiocyan", "N=C=S", "Isothiocyanates."),
  pattern("fr_thiocyan", "S-C#N", "Thiocyanates."),
  pattern("fr_halogen", "[#9,#17,#35,#53]", "Halogen atoms."),
  pattern("fr_alkyl_halide", "[CX4]-[Cl,Br,I,F]", "Halogens on saturated carbon."),
  pattern("fr_sulfide", "[SX2](-[#6])-C", "Thioethers."),
  pattern("fr_SH", "[SH]", "Thiol groups."),
  pattern("fr_C_S", "C=[SX1]", "Thiocarbonyl groups."),
  pattern("fr_sulfone", "S(=,-[OX1;+0,-1])(=,-[OX1;+0,-1])(-[#6])-[#6]", "Sulfone groups."),
  pattern("fr_sulfonamd", "N-S(=,-[OX1;+0,-1])(=,-[OX1;+0,-1])-[#6]", "Sulfonamide groups."),
  pattern("fr_prisulfonamd", "[NH2]-S(=,-[OX1;+0,-1])(=,-[OX1;+0,-1])-[#6]", "Primary sulfonamides, SO2NH2."),
  pattern("fr_barbitur", "C1C(=O)NC(=O)NC1=O", "Barbiturate rings."),
  pattern("fr_urea", "C(=O)(-N)-N", "Urea groups."),
  pattern("fr_term_acetylene", "C#[CH]", "Terminal acetylenes."),
  pattern("fr_imidazole", "n1cncc1", "Imidazole rings, fused ones included."),
  pattern("fr_furan", "o1cccc1", "Furan rings, fused ones included."),
  pattern("fr_thiophene", "s1cccc1", "Thiophene rings, fused ones included."),
  pattern("fr_thiazole", "c1scnc1", "Thiazole rings, fused ones included."),
  pattern("fr_oxazole", "c1ocnc1", "Oxazole rings, fused ones included."),
  pattern("fr_pyridine", "n1ccccc1", "Pyridine rings, fused ones included."),
  pattern("fr_piperdine", "N1CCCCC1", "Piperidine rings (the name is spelt as in RDKit)."),
  pattern("fr_piperzine", "N1CCNCC1", "Piperazine rings (the name is spelt as in RDKit)."),
  pattern("fr_morpholine", "O1CCNCC1", "Morpholine rings."),
  pattern("fr_lactam", "N1C(=O)CC1", "Beta-lactam rings."),
  pattern("fr_lactone", "[C&R1](=O)[O&R1][C&R1]", "Lactones, esters within a ring."),
  pattern("fr_tetrazole", "c1nnnn1", "Tetrazole rings."),
  pattern("fr_epoxide", "O1CC1", "Epoxide rings."),
  pattern(
    "fr_unbrch_alkane",
    "[CR0;D2,D1][CR0;D2][CR0;D2][CR0;D2,D1]",
    "Stretches of four carbons of an unbranched alkyl chain.",
  ),
  pattern(
    "fr_bicyclic",
    "[R2][R2]",
    "Bonds between atoms that lie in two rings: fused and bridged ring systems.",
  ),
  pattern("fr_benzene", "c1ccccc1", "Benzene rings, fused ones included."),
  pattern(
    "fr_phos_acid",
    "[$(P(=[OX1])([$([OX2H]),$([OX1-]),$([OX2]P)])([$([OX2H]),$([OX1-]),$([OX2]P)])[$([OX2H]),$([OX1-]),$([OX2]P)]),$([P+]([OX1-])([$([OX2H]),$([OX1-]),$([OX2]P)])([$([OX2H]),$([OX1-]),$([OX2]P)])[$([OX2H]),$([OX1-]),$([OX2]P)])]",
    "Phosphoric acid groups.",
  ),
  pattern(
    "fr_phos_ester",
    "[$(P(=[OX1])([OX2][#6])([$([OX2H]),$([OX1-]),$([OX2][#6])])[$([OX2H]),$([OX1-]),$([OX2][#6]),$([OX2]P)]),$([P+]([OX1-])([OX2][#6])([$([OX2H]),$([OX1-]),$([OX2][#6])])[$([OX2H]),$([OX1-]),$([OX2][#6]),$([OX2]P)])]",
    "Phosphoric ester groups.",
  ),
  pattern(
    "fr_nitro_arom",
    "[$(c1(-[$([NX3](=O)=O),$([NX3+](=O)[O-])])ccccc1)]",
    "Nitro groups on a benzene ring.",
  ),
  pattern(
    "fr_nitro_arom_nonortho",
    "[$(c1(-[$([NX3](=O)=O),$([NX3+](=O)[O-])])ccccc1);!$(cc-!:*)]",
    "Nitro groups on a benzene ring without a substituent beside them.",
  ),
  pattern(
    "fr_dihydropyridine",
    "[$([NX3H1]1-C=C-C-C=C1),$([Nv3]1=C-C-C=C-C1),$([Nv3]1=C-C=C-C-C1),$([NX3H1]1-C-C=C-C=C1)]",
    "Dihydropyridine rings.",
  ),
  pattern(
    "fr_phenol_noOrthoHbond",
    "[$(c1(-[OX2H])ccccc1);!$(cc-!:[CH2]-[OX2H]);!$(cc-!:C(=O)[O;H1,-]);!$(cc-!:C(=O)-[NH2])]",
    "Phenols without a neighbouring group that could bind their hydrogen.",
  ),
  pattern(
    "fr_Al_OH_noTert",
    "[$(C-[OX2H]);!$([CX3](-[OX2H])=[OX1]);!$([CD4]-[OX2H])]",
    "Aliphatic hydroxyl groups on primary or secondary carbon.",
  ),
  pattern(
    "fr_benzodiazepine",
    "[c&R2]12[c&R1][c&R1][c&R1][c&R1][c&R2]1[N&R1][C&R1][C&R1][N&R1]=[C&R1]2",
    "Benzodiazepine ring systems without a further fused ring.",
  ),
  pattern(
    "fr_para_hydroxylation",
    "[$([cH]1[cH]cc(c[cH]1)~[$([#8,$([#8]~[H,c,C])])]),$([cH]1[cH]cc(c[cH]1)~[$([#7X3,$([#7](~[H,c,C])~[H,c,C])])]),$([cH]1[cH]cc(c[cH]1)-!:[$([NX3H,$(NC(=O)[H,c,C])])])]",
    "Ring positions that enzymes may hydroxylate, para to an oxygen or nitrogen.",
  ),
  pattern(
    "fr_allylic_oxid",
    "[$(C=C-C);!$(C=C-C-[N,O,S]);!$(C=C-C-C-[N,O]);!$(C12=CC(=O)CCC1C3C(C4C(CCC4)CC3)CC2)]",
    "Allylic positions that enzymes may oxidise.",
  ),
  pattern(
    "fr_aryl_methyl",
    "[$(a-[CH3]),$(a-[CH2]-[CH3]),$(a-[CH2]-[CH2]~[!N;!O]);!$(a(:a!:*):a!:*)]",
    "Benzylic positions that enzymes may hydroxylate.",
  ),
  pattern(
    "fr_Ndealkylation1",
    "[$(N(-[CH3])-C-[$(C~O),$(C-a),$(C-N),$(C=C)]),$(N(-[CH2][CH3])-C-[$(C~O),$(C-a),$(C-N),$(C=C)])]",
    "Methyl or ethyl amines that enzymes may dealkylate, with a group beyond the next carbon that favours it.",
  ),
  pattern(
    "fr_Ndealkylation2",
    "[$([N&R1]1(-C)CCC1),$([N&R1]1(-C)CCCC1),$([N&R1]1(-C)CCCCC1),$([N&R1]1(-C)CCCCCC1),$([N&R1]1(-C)CCCCCCC1)]",
    "Cyclic tertiary amines that enzymes may dealkylate.",
  ),
  pattern("fr_alkyl_carbamate", "C[NH1]C(=O)OC", "Alkyl carbamates, which may be hydrolysed."),
  pattern(
    "fr_ketone_Topliss",
    "[$([CX3](=[OX1])(C)([c,C]));!$([CX3](=[OX1])([CH1]=C)[c,C])]",
    "Ketones that enzymes may reduce: neither diaryl nor unsaturated beside the carbonyl.",
  ),
  pattern(
    "fr_ArN",
    "[$(a-[NX3H2]),$(a-[NH1][NH2]),$(a-C(=[OX1])[NH1][NH2]),$(a-C(=[NH])[NH2])]",
    "Amino, hydrazine, hydrazide or amidine groups on an aromatic ring.",
  ),
  pattern(
    "fr_HOCCN",
    "[$([OX2H1][CX4][CX4H2][NX3&R1]),$([OH1][CX4][CX4H2][NX3][CX4](C)(C)C)]",
    "Hydroxyl groups two carbons from a cyclic or tert-butyl amine, as in beta blockers.",
  ),
];
