"""Every address of the server, one line each."""

from __future__ import annotations

from aiohttp import web

from server.api import alerts, captures, files, gateways, plans, runners, state, statements
from server.pages import alert_settings, alerts_page, entrance, pair, people_page, physio, runner


def routes() -> list[web.RouteDef]:
    return [
        # for people
        web.get("/", entrance.home),
        web.get("/enter/{token}", entrance.enter),
        web.post("/leave", entrance.leave),
        web.get("/caseload", physio.caseload),
        web.get("/runners/{runner}", runner.today),
        web.post("/runners/{runner}/check-ins", runner.answer),
        web.get("/people", people_page.show),
        web.post("/people", people_page.invite),
        web.post("/people/{person}/link", people_page.new_link),
        web.get("/access", people_page.who_sees_me),
        web.post("/access", people_page.answer),
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
        # alerts
        web.get("/alerts", alerts_page.heard),
        web.post("/alerts/{alert}", alerts_page.mark),
        web.get("/settings/alerts", alert_settings.show),
        web.post("/settings/alerts", alert_settings.save),
        web.post("/settings/alerts/channels", alert_settings.add),
        web.post("/settings/alerts/channels/{channel}", alert_settings.change),
        web.get("/api/v1/alerts", alerts.listed),
        web.post("/api/v1/alerts/{alert}/seen", alerts.seen),
        web.post("/api/v1/alerts/{alert}/snooze", alerts.snooze),
        web.post("/api/v1/alerts/{alert}/acknowledge", alerts.acknowledge),
        web.get("/api/v1/web-push/key", alerts.web_push_key),
        web.post("/api/v1/web-push/subscriptions", alerts.subscribe),
        # for whoever keeps it running
        web.get("/healthz", state.alive),
        web.get("/readyz", state.ready),
    ]
