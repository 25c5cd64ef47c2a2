# A station of PyPI ocpp in any version: url version station password; prints each command it hears, ends with its input.
import asyncio
import base64
import importlib
import json
import sys
from datetime import datetime, timezone

import websockets

URL, VERSION, STATION, PASSWORD = sys.argv[1:5]
IS16 = VERSION == "1.6"
PACKAGE = {"1.6": "ocpp.v16", "2.0.1": "ocpp.v201", "2.1": "ocpp.v21"}[VERSION]
call = importlib.import_module(PACKAGE + ".call")
call_result = importlib.import_module(PACKAGE + ".call_result")
ChargePoint = importlib.import_module(PACKAGE).ChargePoint
HASH = {
    "hash_algorithm": "SHA256",
    "issuer_name_hash": "a1" * 32,
    "issuer_key_hash": "b2" * 32,
    "serial_number": "4711",
}
ACCEPTED = {"status": "Accepted"}
state = {"transaction": None, "remote_start_id": None}


def now():
    return datetime.now(timezone.utc).isoformat().replace("+00:00", "Z")


async def tell(station, name, statuses, request_id):
    more = {} if request_id is None else {"request_id": request_id}
    for status in statuses:
        await station.call(getattr(call, name)(status=status, **more))


async def started(station, heard):
    if IS16:
        start = call.StartTransaction(connector_id=1, id_tag=heard["id_tag"], meter_start=1000, timestamp=now())
        state["transaction"] = (await station.call(start)).transaction_id
        return
    state["transaction"] = STATION + "-1"
    state["remote_start_id"] = heard["remote_start_id"]
    await event(station, 0, 1000, {"id_token": heard["id_token"]})


async def stopped(station, heard):
    if IS16:
        await station.call(call.StopTransaction(meter_stop=2500, timestamp=now(), transaction_id=heard["transaction_id"]))
    else:
        await event(station, 1, 2500, {})


async def event(station, seq, wh, more):
    first = seq == 0
    info = {"transaction_id": state["transaction"]}
    if first:
        info["remote_start_id"] = state["remote_start_id"]
    sample = {"value": wh, "context": "Transaction.Begin" if first else "Transaction.End"}
    await station.call(
        call.TransactionEvent(
            event_type="Started" if first else "Ended",
            timestamp=now(),
            trigger_reason="RemoteStart" if first else "RemoteStop",
            seq_no=seq,
            transaction_info=info,
            evse={"id": 1, "connector_id": 1},
            meter_value=[{"timestamp": now(), "sampled_value": [sample]}],
            **more,
        )
    )


def schedule(heard):
    periods = [{"start_period": 0, "limit": 16}]
    common = {"duration": heard["duration"], "charging_rate_unit": "A", "charging_schedule_period": periods}
    if IS16:
        return {**ACCEPTED, "connector_id": heard["connector_id"], "schedule_start": now(), "charging_schedule": common}
    return {**ACCEPTED, "schedule": {**common, "evse_id": heard["evse_id"], "schedule_start": now()}}


def certificates(heard):
    if not IS16:
        chain = [{"certificate_type": "CSMSRootCertificate", "certificate_hash_data": HASH}]
        return {**ACCEPTED, "certificate_hash_data_chain": chain}
    if heard["certificate_type"] != "CentralSystemRootCertificate":
        return {"status": "NotFound"}
    return {**ACCEPTED, "certificate_hash_data": [HASH]}


FIRMWARE = ("Downloading", "Downloaded", "Installing", "Installed")
UPLOAD = ("Uploading", "Uploaded")


def always(answer):
    return lambda heard: answer


# Action: what is answered, and what is told afterwards.
ROWS = {
    "RemoteStartTransaction" if IS16 else "RequestStartTransaction": (always(ACCEPTED), started),
    "RemoteStopTransaction" if IS16 else "RequestStopTransaction": (always(ACCEPTED), stopped),
    "ReserveNow": (always(ACCEPTED), None),
    "CancelReservation": (always(ACCEPTED), None),
    "SendLocalList": (always(ACCEPTED), None),
    "GetLocalListVersion": (always({"list_version" if IS16 else "version_number": 7}), None),
    "SetChargingProfile": (always(ACCEPTED), None),
    "GetCompositeSchedule": (schedule, None),
    "UpdateFirmware": (
        always({} if IS16 else ACCEPTED),
        lambda station, heard: tell(station, "FirmwareStatusNotification", FIRMWARE, heard.get("request_id")),
    ),
    "GetDiagnostics": (
        always({"file_name": "foreign.log"}),
        lambda station, heard: tell(station, "DiagnosticsStatusNotification", UPLOAD, None),
    ),
    "GetLog": (
        always({**ACCEPTED, "filename": "foreign.log"}),
        lambda station, heard: tell(station, "LogStatusNotification", UPLOAD, heard.get("request_id")),
    ),
    "InstallCertificate": (always(ACCEPTED), None),
    "DeleteCertificate": (always(ACCEPTED), None),
    "GetInstalledCertificateIds": (certificates, None),
}
tasks = set()


def route(station, action, answer, afterwards):
    def handle(**heard):
        print(json.dumps({"action": action, "payload": heard}), flush=True)
        if afterwards is not None:
            task = asyncio.get_running_loop().create_task(afterwards(station, heard))
            tasks.add(task)
        return getattr(call_result, action)(**answer(heard))

    station.route_map[action] = {"_on_action": handle, "_skip_schema_validation": False}


async def main():
    credentials = base64.b64encode(f"{STATION}:{PASSWORD}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}"}
    for attempt in range(50):
        try:
            socket = await websockets.connect(f"{URL}/{STATION}", subprotocols=["ocpp" + VERSION], additional_headers=headers)
            break
        except Exception:
            if attempt == 49:
                raise
            await asyncio.sleep(0.2)
    station = ChargePoint(STATION, socket)
    for action, (answer, afterwards) in ROWS.items():
        if hasattr(call_result, action):
            route(station, action, answer, afterwards)
    reading = asyncio.create_task(station.start())
    if IS16:
        boot = call.BootNotification(charge_point_model="Py", charge_point_vendor="Foreign")
    else:
        boot = call.BootNotification(charging_station={"model": "Py", "vendor_name": "Foreign"}, reason="PowerUp")
    await station.call(boot)
    print(json.dumps({"booted": True}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    reading.cancel()
    await socket.close()


asyncio.run(main())
