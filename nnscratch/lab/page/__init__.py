"""A recorded run as one HTML page that needs nothing else."""

from nnscratch.lab.page.report import page, report

__all__ = ["page", "report"]
