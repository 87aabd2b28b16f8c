"""Channel words: what the ways to a person ask for, once more for the translators; names of services stay."""

from __future__ import annotations

from server.pages.reader import N_

MARKED = (
    N_("1883, or 8883 with encryption."),
    N_("A number; write to your bot once, so that it may answer."),
    N_("Access token"),
    N_("Another service (apprise URL)"),
    N_("Application token"),
    N_("Bot token"),
    N_("Broker"),
    N_("Chat id"),
    N_("E-mail"),
    N_("E-mail address"),
    N_("Encryption"),
    N_("From @BotFather."),
    N_("Long and hard to guess: who knows it reads along."),
    N_("Password"),
    N_("Signing secret"),
    N_("Such as discord://… or slack://…, as apprise writes it."),
    N_("The one of this server if you leave it empty."),
    N_("This browser"),
    N_("Topic"),
    N_("User key"),
    N_("User name"),
    N_("You have no channel: alerts wait here until you look."),
    N_("https://ntfy.sh unless you run your own."),
    N_("stridegate unless you choose another."),
    N_("whsec_… ; made for you where you have none, and shown once."),
    N_("yes or no; no unless you say so."),
)
# Read the same in every language.
NAMES = {"MQTT (Home Assistant)", "Port", "Pushover", "Server", "Telegram", "URL", "Webhook", "https://…", "ntfy"}
