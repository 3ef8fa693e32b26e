"""Addresses of the staff pages, under /desk/."""

from django.urls import path

from huiyin.desks.views import (
    answers,
    case,
    counter,
    custodian,
    doors,
    figures,
    inbox,
    papers,
    receptions,
    rounds,
    step,
    sweeping,
)

app_name = "desks"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("login/", doors.login, name="login"),
    path("logout/", doors.logout, name="logout"),
    path("register/", counter.counter, name="register"),
    path("register/alike/", counter.alike, name="alike"),
    path("codes/", counter.waiting_codes, name="codes"),
    path("custodian/", custodian.requests, name="custodian"),
    path("answers/", answers.answers, name="answers"),
    path("rounds/", rounds.overview, name="rounds"),
    path("rounds/daily/<slug:day>/", rounds.report, name="daily"),
    path("rounds/duty/", rounds.roster, name="duty"),
    path("rounds/missing/", rounds.missing, name="missing"),
    path("rounds/sweep/", sweeping.week, name="sweep"),
    path("rounds/trouble/", sweeping.new, name="trouble_new"),
    path("rounds/trouble/<slug:ref>/", sweeping.trouble, name="trouble"),
    path("rounds/receptions/", receptions.schedule, name="receptions"),
    path("rounds/receptions/<slug:ref>/", receptions.day, name="reception"),
    path("rounds/receptions/<slug:ref>/note/", receptions.note, name="reception_note"),
    path("rounds/promises/<slug:ref>/", receptions.promise, name="promise"),
    path("overdue/", inbox.overdue, name="overdue"),
    path("figures/", figures.figures, name="figures"),
    path("figures/cases/", figures.cases, name="figure_cases"),
    path("case/<slug:case_id>/", case.case, name="case"),
    path("case/<slug:case_id>/step/<slug:step_id>/", step.step, name="step"),
    path("case/<slug:case_id>/paper/<slug:ref>/", case.paper, name="paper"),
    path("case/<slug:case_id>/notice/<int:seq>/<slug:kind>.<slug:ending>", papers.notice, name="notice"),
    path("case/<slug:case_id>/review/", papers.review, name="review"),
    path("case/<slug:case_id>/review.docx", papers.review_docx, name="review_docx"),
    path("case/<slug:case_id>/identity/", case.identity, name="identity"),
    path("case/<slug:case_id>/code/", counter.ask_code, name="ask_code"),
    path("case/<slug:case_id>/release/", answers.release, name="release"),
]
