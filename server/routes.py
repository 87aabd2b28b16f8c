"""Every address of the server, one line each."""

from __future__ import annotations

from aiohttp import web

from server.api import captures, files, gateways, plans, runners, state, statements
from server.pages import entrance, pair, people_page, physio, run_page, runner, settings_page


def routes() -> list[web.RouteDef]:
    return [
        # for people
        web.get("/", entrance.home),
        web.get("/enter/{token}", entrance.enter),
        web.post("/leave", entrance.leave),
        web.get("/caseload", physio.caseload),
        web.get("/runners/{runner}", runner.today),
        web.get("/runners/{runner}/runs/{run}", run_page.show),
        web.post("/runners/{runner}/check-ins", runner.answer),
        web.get("/people", people_page.show),
        web.post("/people", people_page.invite),
        web.post("/people/{person}/link", people_page.new_link),
        web.get("/access", people_page.who_sees_me),
        web.post("/access", people_page.answer),
        web.get("/settings", settings_page.show),
        web.post("/settings", settings_page.save),
        web.get("/pair", pair.ask),
        web.post("/pair", pair.answer),
        # for gateways and programs
        web.post("/api/v1/pairings", gateways.start),
        web.post("/api/v1/pairings/token", gateways.token),
        web.post("/api/v1/gateways/me/heartbeat", gateways.heartbeat),
        web.put("/api/v1/captures/{capture}", captures.begin),
        web.get("/api/v1/captures/{capture}", captures.show),
        web.put("/api/v1/captures/{capture}/chunks/{seq}", captures.put_chunk),
        web.post("/api/v1/captures/{capture}/complete", captures.complete),
        web.post("/api/v1/runners/{runner}/files", files.receive),
        web.get("/api/v1/runners/{runner}/verdict", runners.verdict),
        web.get("/api/v1/runners/{runner}/sessions", runners.sessions),
        web.post("/api/v1/runners/{runner}/check-ins", runners.check_in),
        web.get("/api/v1/runners/{runner}/plan", plans.show),
        web.put("/api/v1/runners/{runner}/plan", plans.replace),
        web.post("/api/v1/runners/{runner}/plan/preview", plans.preview),
        web.post("/api/v1/runners/{runner}/stage", plans.stage),
        web.post("/api/v1/runners/{runner}/holds", statements.hold),
        web.post("/api/v1/runners/{runner}/holds/{hold}/lift", statements.lift_hold),
        web.post("/api/v1/runners/{runner}/overrides", statements.override),
        web.post("/api/v1/runners/{runner}/flags", statements.raise_flag),
        web.post("/api/v1/runners/{runner}/flags/{flag}/clear", statements.clear_flag),
        # for whoever keeps it running
        web.get("/healthz", state.alive),
        web.get("/readyz", state.ready),
    ]
