-- Power that was read with the last register: registers and power of consecutive readings tell whether their units agree.
alter table sessions add column meter_last_power_milli_w bigint;
