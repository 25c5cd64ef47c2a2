-- The onboarder asks for connected stations that wait for acceptance.
create index stations_pending on stations (tenant_id, station_id) where connected and boot_status = 'Pending';
