"""The petitioner's and the public's addresses."""

from django.urls import path

from huiyin.portal import certificate, following, pages, sending

urlpatterns = [
    path("", pages.home),
    path("file/", sending.file),
    path("case/", following.case),
    path("case/leave/", following.leave),
    path("case/do/<slug:step_id>/", following.step),
    path("case/rate/", following.rate),
    path("case/answer.pdf", following.answer_pdf),
    path("case/receipt/<slug:part>/", following.receipt),
    path("case/paper/<slug:ref>/", following.paper),
    path("check/", pages.check),
    path("answers/", pages.answers),
    path("answers/<int:release_id>/", pages.answer),
    path("help/", pages.about),
    path("certificate/", certificate.explain),
    path("certificate/county-ca.crt", certificate.download),
    path("language/", pages.language),
]
