"""Background work (后台任务): queued, with progress, stoppable, started again after a restart."""
