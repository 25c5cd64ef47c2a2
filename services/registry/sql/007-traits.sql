-- How a station, or stations of a template, want to be treated where that differs from what gateways know of the model.
alter table stations add column traits jsonb;
alter table templates add column traits jsonb;
