# One job as JSON: {found, status}. status holds the bits of JOB_STATUS_*. With PACKLIGHT_PRINT_CANCEL the job is taken back.
$ErrorActionPreference = 'Stop'
[Console]::OutputEncoding = New-Object Text.UTF8Encoding($false)
$name = $env:PACKLIGHT_PRINT_PRINTER + ', ' + $env:PACKLIGHT_PRINT_JOB
$job = Get-CimInstance -ClassName Win32_PrintJob | Where-Object { $_.Name -eq $name } | Select-Object -First 1
if ($job -and $env:PACKLIGHT_PRINT_CANCEL -eq '1') { $job | Remove-CimInstance }
[pscustomobject]@{
    found = [bool]$job
    status = if ($job) { [uint32]$job.StatusMask } else { [uint32]0 }
} | ConvertTo-Json -Compress
