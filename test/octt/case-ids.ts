// The CSMS cases of the official test tool (OCTT), by its profiles: 77 of 1.6, 252 of 2.0.1. A case that two profiles list counts twice.

/** Ids of cases by profile, without the `TC_` before them and the `_CSMS` behind. */
export type CaseList = Readonly<Record<string, readonly string[]>>;

export const caseIds16: CaseList = {
  Core: '001 003 004_1 004_2 005_1 007 010 011_1 011_2 012 013 014 017_1 017_2 018_1 019_1 019_2 021 023_1 023_2 023_3 024 026 028 030 031 032_1 037_1 037_3 039 040_1 040_2 061 064'.split(
    ' ',
  ),
  LocalAuthList: '042_1 042_2 043_1 043_3 043_4 043_5'.split(' '),
  Firmware: '044_1 044_2 044_3 045_1 045_2'.split(' '),
  Reservation: '046 047 048_1 048_2 048_3 048_4 049 051 052 053'.split(' '),
  RemoteTrigger: '054 055'.split(' '),
  SmartCharging: '056 057 059 066 067'.split(' '),
  Security: '073 074 075_1 075_2 076 077 078 079 080 081 083 085 086 087 088'.split(' '),
};

export const caseIds201: CaseList = {
  Core: 'A_01 A_02 A_03 A_09 A_10 A_04 A_06 A_19 B_01 B_02 B_30 B_31 B_06 B_07 B_09 B_10 B_12 B_13 B_20 B_21 B_22 B_25 B_26 B_27 B_42 B_44 C_02 C_06 C_07 E_38 C_39 C_47 C_48 C_49 C_37 C_38 C_08 C_20 E_03 E_04 E_09 E_10 E_11 E_01 E_02 E_12 E_14 E_20 E_15 E_21 E_16 E_17 E_39 E_07 E_08 E_22 E_19 E_26 E_29 E_30 E_31 E_33 E_34 E_53 F_01 F_02 F_03 F_04 F_06 F_11 F_12 F_13 F_14 F_15 F_18 F_20 F_23 F_24 F_27 G_20 G_03 G_04 G_11 G_05 G_06 G_14 G_07 G_08 G_17 J_01 J_02 J_03 J_04 J_07 J_08 J_09 J_10 J_11 L_01 L_02 L_03 L_04 L_05 L_06 L_07 L_08 L_09 L_10 L_11 L_13 M_13 M_18 M_19 M_20 M_21 M_01 M_02 M_05 N_25 N_34 N_35 N_36 N_27 N_28 N_29 N_30 N_31 N_32 N_62 P_02 P_03'.split(
    ' ',
  ),
  AdvSecurity: 'A_07 A_08 A_11 A_14'.split(' '),
  LocalAuthList: 'C_40 C_43 D_01 D_02 D_03 D_04 D_08 D_09 N_46'.split(' '),
  SmartCharging:
    'K_01 K_10 K_60 K_03 K_19 K_15 K_70 K_04 K_37 K_43 K_44 K_29 K_30 K_31 K_32 K_33 K_34 K_35 K_36 K_05 K_06 K_08'.split(
      ' ',
    ),
  AdvDeviceMgmt: 'B_12 B_14 B_18 N_01 N_02 N_03 N_47 N_60 N_05 N_08 N_24 N_16 N_17 N_18 N_44 N_21 N_49 N_50'.split(' '),
  Reservation: 'H_01 H_07 H_22 H_19 H_08 H_14 H_15 H_17 H_20'.split(' '),
  AdvUI:
    'I_01 I_02 O_01 O_26 O_13 O_14 O_17 O_18 O_19 O_12 O_06 O_10 O_27 O_28 O_02 O_03 O_07 O_08 O_09 O_04 O_05'.split(
      ' ',
    ),
  ISO15118:
    'A_12 A_13 C_50 C_51 C_52 K_01 K_10 K_60 K_03 K_19 K_04 K_43 K_44 K_29 K_30 K_31 K_32 K_33 K_34 K_35 K_36 K_05 K_06 K_08 K_53 K_55 K_57 K_58 K_59 M_26 M_28 M_14 M_15 M_16 M_03 M_04 M_24 N_63'.split(
      ' ',
    ),
};
