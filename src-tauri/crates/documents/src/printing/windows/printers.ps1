# The printers as JSON: {running, printers: [{name, driver, place, default, offline, status}]}. status holds the bits of
# PRINTER_STATUS_*.
$ErrorActionPreference = 'Stop'
[Console]::OutputEncoding = New-Object Text.UTF8Encoding($false)
$running = (Get-Service -Name Spooler).Status -eq 'Running'
$printers = @()
if ($running) {
    $known = @{}
    Get-CimInstance -ClassName Win32_Printer | ForEach-Object { $known[$_.Name] = $_ }
    $printers = @(Get-CimInstance -Namespace root/StandardCimv2 -ClassName MSFT_Printer | ForEach-Object {
        $old = $known[$_.Name]
        [pscustomobject]@{
            name = [string]$_.Name
            driver = [string]$_.DriverName
            place = [string]$_.Location
            default = [bool]($old -and $old.Default)
            offline = [bool]($old -and $old.WorkOffline)
            status = [uint32]$_.CimInstanceProperties['PrinterStatus'].Value
        }
    })
}
[pscustomobject]@{ running = $running; printers = $printers } | ConvertTo-Json -Depth 3 -Compress
