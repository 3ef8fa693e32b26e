"""The petitioner's and the public's addresses."""

from django.urls import path

from huiyin.portal import certificate, following, news, pages, reception, sending, taking

urlpatterns = [
    path("", pages.home),
    path("file/", sending.file),
    path("case/", following.case),
    path("case/leave/", following.leave),
    path("case/do/<slug:step_id>/", following.step),
    path("case/rate/", following.rate),
    path("case/news/", news.news),
    path("case/push-worker.js", news.push_worker),
    path("case/answer.pdf", taking.answer_pdf),
    path("case/file.zip", taking.whole_file),
    path("case/silence.zip", taking.silence_zip),
    path("case/notice/<int:seq>/<slug:kind>.<slug:ending>", taking.notice),
    path("case/receipt/<slug:part>/", taking.receipt),
    path("case/paper/<slug:ref>/", taking.paper),
    path("check/", pages.check),
    path("answers/", pages.answers),
    path("answers/<int:release_id>/", pages.answer),
    path("reception/", reception.days),
    path("reception/cancel/", reception.give_back),
    path("help/", pages.about),
    path("certificate/", certificate.explain),
    path("certificate/county-ca.crt", certificate.download),
    path("language/", pages.language),
]
