# One charging session with PyPI ocpp: url version station password uid; the last line is {"energyWh": ...}.
import asyncio
import base64
import json
import sys
from datetime import datetime, timedelta, timezone

import websockets

URL, VERSION, STATION, PASSWORD, UID = sys.argv[1:6]
START = datetime.now(timezone.utc) - timedelta(minutes=2)


def at(seconds):
    return (START + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


async def charge16(socket):
    from ocpp.v16 import ChargePoint, call

    station = ChargePoint(STATION, socket)
    reading = asyncio.create_task(station.start())
    await station.call(call.BootNotification(charge_point_model="Py", charge_point_vendor="Foreign"))
    await station.call(call.Authorize(id_tag=UID))
    started = await station.call(call.StartTransaction(connector_id=1, id_tag=UID, meter_start=100, timestamp=at(0)))
    for seconds, wh in ((0, 100), (30, 600), (60, 1100)):
        values = [{"timestamp": at(seconds), "sampled_value": [{"value": str(wh)}]}]
        await station.call(call.MeterValues(connector_id=1, meter_value=values, transaction_id=started.transaction_id))
    await station.call(call.StopTransaction(meter_stop=1100, timestamp=at(60), transaction_id=started.transaction_id))
    reading.cancel()


async def charge2(socket):
    if VERSION == "2.1":
        from ocpp.v21 import ChargePoint, call
    else:
        from ocpp.v201 import ChargePoint, call

    station = ChargePoint(STATION, socket)
    reading = asyncio.create_task(station.start())
    await station.call(call.BootNotification(charging_station={"model": "Py", "vendor_name": "Foreign"}, reason="PowerUp"))
    events = (("Started", 0, 100, "Transaction.Begin"), ("Updated", 1, 600, "Sample.Periodic"), ("Ended", 2, 1100, "Transaction.End"))
    for kind, seq, wh, context in events:
        more = {"id_token": {"id_token": UID, "type": "ISO14443"}} if kind == "Started" else {}
        await station.call(
            call.TransactionEvent(
                event_type=kind,
                timestamp=at(seq * 30),
                trigger_reason="Authorized",
                seq_no=seq,
                transaction_info={"transaction_id": "py-1"},
                evse={"id": 1, "connector_id": 1},
                meter_value=[{"timestamp": at(seq * 30), "sampled_value": [{"value": wh, "context": context}]}],
                **more,
            )
        )
    reading.cancel()


async def main():
    credentials = base64.b64encode(f"{STATION}:{PASSWORD}".encode()).decode()
    for attempt in range(50):
        try:
            socket = await websockets.connect(
                f"{URL}/{STATION}",
                subprotocols=["ocpp" + VERSION],
                additional_headers={"Authorization": f"Basic {credentials}"},
            )
            break
        except Exception:
            if attempt == 49:
                raise
            await asyncio.sleep(0.2)
    await (charge16 if VERSION == "1.6" else charge2)(socket)
    await socket.close()
    print(json.dumps({"energyWh": 1000}))


asyncio.run(main())
